CREATE TABLE IF NOT EXISTS orders (id uuid PRIMARY KEY, item text);
