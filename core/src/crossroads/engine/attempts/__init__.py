"""From a route to the reply: attempts, failover, and what is told of them."""
