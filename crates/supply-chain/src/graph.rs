//! Which package needs which, and so: what is direct, what is only for development, and the shortest way to each.

use std::collections::VecDeque;

use crate::{Package, Relation};

/// Packages beyond this number in one file are refused. Lock files of large monorepos hold some ten thousand.
const MAX_PACKAGES: usize = 60_000;
/// Edges beyond this number in one file are refused.
const MAX_EDGES: usize = 1_000_000;
/// The most steps that a path shows.
const MAX_PATH: usize = 32;

/// What one lock file holds.
#[derive(Debug, Default)]
pub(crate) struct Graph {
    packages: Vec<Package>,
    needs: Vec<Vec<usize>>,
    edges: usize,
    production: Vec<usize>,
    development: Vec<usize>,
}

impl Graph {
    /// Adds a package and returns its place.
    pub(crate) fn add(&mut self, package: Package) -> Result<usize, String> {
        if self.packages.len() >= MAX_PACKAGES {
            return Err(format!("the file holds more than {MAX_PACKAGES} packages; scan its parts separately"));
        }
        self.packages.push(package);
        self.needs.push(Vec::new());
        Ok(self.packages.len() - 1)
    }

    /// Notes that one package needs another.
    pub(crate) fn edge(&mut self, from: usize, to: usize) -> Result<(), String> {
        if self.edges >= MAX_EDGES {
            return Err(format!("the file holds more than {MAX_EDGES} dependencies; scan its parts separately"));
        }
        self.edges += 1;
        self.needs[from].push(to);
        Ok(())
    }

    /// Notes that a manifest asks for a package.
    pub(crate) fn root(&mut self, package: usize, dev: bool) {
        let roots = if dev { &mut self.development } else { &mut self.production };
        roots.push(package);
    }

    /// Whether any manifest asked for anything.
    pub(crate) fn has_roots(&self) -> bool {
        !self.production.is_empty() || !self.development.is_empty()
    }

    /// Without a manifest, what no other package needs must have been asked for.
    pub(crate) fn root_what_nothing_needs(&mut self) {
        let mut needed = vec![false; self.packages.len()];
        self.needs.iter().flatten().for_each(|to| needed[*to] = true);
        for (at, package) in self.packages.iter().enumerate().filter(|(at, _)| !needed[*at]) {
            if package.dev { self.development.push(at) } else { self.production.push(at) }
        }
    }

    /// The packages with relation, path and use filled in.
    pub(crate) fn finish(mut self) -> Vec<Package> {
        let mut parents: Vec<Option<Option<usize>>> = vec![None; self.packages.len()];
        // First what runs with the server: a package that both need is no development package.
        for (roots, dev) in [(&self.production, false), (&self.development, true)] {
            let mut queue = VecDeque::new();
            for root in roots {
                if parents[*root].is_none() {
                    parents[*root] = Some(None);
                    queue.push_back(*root);
                    self.packages[*root].dev = dev;
                    self.packages[*root].relation = Relation::Direct;
                }
            }
            while let Some(from) = queue.pop_front() {
                for to in &self.needs[from] {
                    if parents[*to].is_none() {
                        parents[*to] = Some(Some(from));
                        queue.push_back(*to);
                        self.packages[*to].dev = dev;
                        self.packages[*to].relation = Relation::Transitive;
                    }
                }
            }
        }
        // A development root that production needs too is direct all the same.
        for root in &self.development {
            self.packages[*root].relation = Relation::Direct;
        }
        for at in 0..self.packages.len() {
            let mut path = vec![self.packages[at].coordinate()];
            let mut place = at;
            while let Some(Some(parent)) = parents[place] {
                if path.len() >= MAX_PATH {
                    break;
                }
                path.push(self.packages[parent].coordinate());
                place = parent;
            }
            path.reverse();
            self.packages[at].path = path;
        }
        self.packages
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ecosystem;

    #[test]
    fn the_shortest_way_and_the_stronger_use_win() {
        let mut graph = Graph::default();
        let places: Vec<usize> = ["server", "tool", "middle", "shared", "test", "loose"]
            .iter()
            .map(|name| graph.add(Package::new(Ecosystem::Npm, *name, "1.0.0", "lock")).unwrap())
            .collect();
        let [server, tool, middle, shared, test, _] = places[..] else { panic!() };
        for (from, to) in [(server, middle), (middle, shared), (tool, shared), (shared, server), (test, shared)] {
            graph.edge(from, to).unwrap();
        }
        graph.root(server, false);
        graph.root(tool, false);
        graph.root(test, true);
        let shown: Vec<String> = graph
            .finish()
            .iter()
            .map(|package| format!("{:?} dev={} {}", package.relation, package.dev, package.path.join(" > ")))
            .collect();
        insta::assert_snapshot!(shown.join("\n"), @r"
        Direct dev=false server@1.0.0
        Direct dev=false tool@1.0.0
        Transitive dev=false server@1.0.0 > middle@1.0.0
        Transitive dev=false tool@1.0.0 > shared@1.0.0
        Direct dev=true test@1.0.0
        Unknown dev=false loose@1.0.0
        ");
    }
}
