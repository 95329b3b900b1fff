//! Whole stories: real processes, real queues, a real mailbox. Each story has its own resources and organisation, so
//! that all run side by side. They need the local cloud (`localstack/cloud start`) and the built services.

mod archives;
mod audit;
mod crash;
mod dead_letters;
mod events;
mod lambda;
mod planted;
mod redelivery;
mod redis_down;
mod repositories;
mod scan;
mod schedule;
mod supply_chain;
mod tenants;
