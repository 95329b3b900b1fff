//! The wire client against servers that are wrong, odd or hostile. Each test ends in time because the client does.

mod children;
mod honest;
mod hostile;
mod rig;
