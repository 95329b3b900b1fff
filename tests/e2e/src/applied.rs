//! Infrastructure that Terraform or OpenTofu applies to an emulator of AWS, and the product running on it: `make
//! infra-apply-local`.

mod emulator;
mod known;
mod overrides;
mod product;
mod resources;
mod workspace;

pub use emulator::Emulator;
pub use known::Known;
pub use product::Product;
pub use resources::Resources;
pub use workspace::{Difference, Workspace};
