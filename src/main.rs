//! privet
use mimalloc::MiMalloc;
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;
fn main() {
    let path = std::env::args()
        .skip_while(|a| a != "--config")
        .nth(1)
        .unwrap_or("proxy.toml".into());
    let origin = privet::server::Origin::File(path.into());
    let loaded = match origin.load() {
        Ok(l) => l,
        Err(r) => {
            eprintln!("{r}");
            std::process::exit(2)
        }
    };
    if let Err(e) = privet::server::run(origin, loaded, |_| println!("ready")) {
        eprintln!("{e}");
        std::process::exit(1)
    }
}
