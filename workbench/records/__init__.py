"""Tables, migrations and the database that holds them."""
