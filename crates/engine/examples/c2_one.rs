//! temporary
#![allow(missing_docs, clippy::all, clippy::pedantic, clippy::unwrap_used, clippy::print_stdout)]
fn main() { let mut a = std::env::args().skip(1); let path = a.next().unwrap();
 for id in a { for l in std::fs::read_to_string(&path).unwrap().lines() { let v: serde_json::Value = serde_json::from_str(l).unwrap(); if v["id"] == id.as_str() {
  let t = v["tool"]["description"].as_str().unwrap();
  for f in engine::detect::text::families(t, &engine::detect::text::TextContext { own_tools: &[v["tool"]["name"].as_str().unwrap()] }) { println!("{id} {} {:?} w{} {:?}", f.family.code(), f.matched, f.weight, &t[f.matched.clone()]); }
  println!("{:?}", engine::detect::text::scan(t, &engine::detect::text::TextContext::default()));
 } } } }
