//! Renders audits and reads the files back.
#![allow(clippy::unwrap_used, reason = "a failed unwrap is a failed test")]

mod fixture;
mod html;
mod pages;
mod pdf;
mod sarif;
mod scan;
mod schema;
