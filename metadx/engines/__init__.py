"""From a table and a card to a posterior: two engines, one result."""
