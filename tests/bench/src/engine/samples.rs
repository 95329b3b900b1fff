//! Servers and definitions to measure with: ordinary ones, without a fault.

use serde_json::{Value, json};
use servers::{Fixture, Server, Tool};

/// Names and descriptions of ordinary tools.
const TOOLS: [(&str, &str); 10] = [
    ("get_invoice", "Returns one invoice with its lines, by its number. Amounts are in cents."),
    (
        "list_invoices",
        "Lists the invoices of a month, newest first. Use the cursor of the answer to get the next page.",
    ),
    ("search_customers", "Finds customers by a part of their name or city, at most fifty at a time."),
    ("get_exchange_rate", "Returns the rate between two currencies on a day, as published by the central bank."),
    ("check_tax_number", "Checks whether a tax number is well formed and registered. It is not stored."),
    ("count_open_tickets", "Counts the tickets that are open, by priority."),
    ("read_page", "Reads a page of the handbook as Markdown. Pages link to each other by their title."),
    ("describe_table", "Describes the columns of a table of the warehouse with their types."),
    ("convert_units", "Converts a quantity from one unit to another. Temperatures are in Celsius or Fahrenheit."),
    ("show_calendar", "Shows the working days of a month in a country, with the public holidays."),
];

/// A server with five tools.
pub(crate) fn small() -> Fixture {
    fixture("small", || server(5))
}

/// A server with twenty tools.
pub(crate) fn twenty_tools() -> Fixture {
    fixture("twenty-tools", || server(20))
}

fn fixture(name: &'static str, build: fn() -> Server) -> Fixture {
    Fixture { name, summary: "", expect: &[], active: false, stdio: false, longest_exchange: None, build }
}

fn server(tools: usize) -> Server {
    Server::new("back-office").tools((0..tools).map(tool))
}

fn tool(number: usize) -> Tool {
    let (name, description) = TOOLS[number % TOOLS.len()];
    let name = if number < TOOLS.len() { name.to_owned() } else { format!("{name}_archive") };
    Tool::saying(&name, description, parameters(), "Nothing there.").reading()
}

fn parameters() -> Value {
    json!({
        "id": { "type": "string", "maxLength": 40, "pattern": "^[A-Z0-9-]+$", "description": "Its number." },
        "limit": { "type": "integer", "minimum": 1, "maximum": 50, "description": "How many at most." },
        "unit": { "type": "string", "enum": ["eur", "usd", "gbp"], "description": "The unit of the answer." },
    })
}

/// Two hundred definitions of ordinary tools.
pub(crate) fn definitions() -> Vec<Value> {
    (0..200).map(|number| tool(number).definition().clone()).collect()
}
