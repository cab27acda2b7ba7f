package io.github.dsqljava.benchmarks.cost;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A workload of TPC-C's kind at scale 1: a warehouse with ten districts, their customers and
 * orders, and the five transactions over them in the shares of TPC-C. Not TPC-C: no think times, no
 * key-in times, shorter texts.
 */
final class Warehouse {
  private static final int DISTRICTS = 10;
  private static final int CUSTOMERS = 3_000;
  private static final int ITEMS = 100_000;
  private static final int LINES = 10;

  /** As many rows as the service takes in one transaction. */
  private static final int CHUNK = 3_000;

  /** The five transactions, with the share that each has of a hundred. */
  enum Kind {
    NEW_ORDER(45),
    PAYMENT(43),
    ORDER_STATUS(4),
    DELIVERY(4),
    STOCK_LEVEL(4);

    private final int share;

    Kind(int share) {
      this.share = share;
    }

    static Kind any(Random dice) {
      int at = dice.nextInt(100);
      for (Kind kind : values()) {
        at -= kind.share;
        if (at < 0) {
          return kind;
        }
      }
      throw new AssertionError("the shares are less than a hundred");
    }
  }

  private static final List<String> TABLES =
      List.of(
          "CREATE TABLE warehouse (w_id int PRIMARY KEY, w_ytd numeric(12,2) NOT NULL)",
          "CREATE TABLE district (d_id int PRIMARY KEY, d_ytd numeric(12,2) NOT NULL,"
              + " d_next_o_id int NOT NULL)",
          "CREATE TABLE customer (c_d_id int, c_id int, c_balance numeric(12,2) NOT NULL,"
              + " c_ytd_payment numeric(12,2) NOT NULL, c_delivery_cnt int NOT NULL,"
              + " c_data text NOT NULL, PRIMARY KEY (c_d_id, c_id))",
          "CREATE TABLE history (h_id uuid PRIMARY KEY DEFAULT gen_random_uuid(),"
              + " h_d_id int NOT NULL, h_c_id int NOT NULL, h_amount numeric(6,2) NOT NULL)",
          "CREATE TABLE item (i_id int PRIMARY KEY, i_price numeric(5,2) NOT NULL)",
          "CREATE TABLE stock (s_i_id int PRIMARY KEY, s_quantity int NOT NULL,"
              + " s_ytd int NOT NULL, s_order_cnt int NOT NULL, s_data text NOT NULL)",
          "CREATE TABLE orders (o_d_id int, o_id int, o_c_id int NOT NULL, o_carrier_id int,"
              + " o_ol_cnt int NOT NULL, PRIMARY KEY (o_d_id, o_id))",
          "CREATE TABLE new_order (no_d_id int, no_o_id int, PRIMARY KEY (no_d_id, no_o_id))",
          "CREATE TABLE order_line (ol_d_id int, ol_o_id int, ol_number int,"
              + " ol_i_id int NOT NULL, ol_delivered boolean NOT NULL, ol_quantity int NOT NULL,"
              + " ol_amount numeric(6,2) NOT NULL, PRIMARY KEY (ol_d_id, ol_o_id, ol_number))",
          "CREATE INDEX ASYNC order_by_customer ON orders (o_d_id, o_c_id, o_id)");

  /** Each is false, or a condition of TPC-C (3.3.2) does not hold. */
  private static final List<String> CONDITIONS =
      List.of(
          "SELECT w_ytd = (SELECT sum(d_ytd) FROM district) FROM warehouse",
          "SELECT w_ytd = (SELECT sum(h_amount) FROM history) FROM warehouse",
          "SELECT bool_and(d_next_o_id - 1 = (SELECT max(o_id) FROM orders WHERE o_d_id = d_id)"
              + " AND d_next_o_id - 1 = (SELECT max(no_o_id) FROM new_order WHERE no_d_id = d_id))"
              + " FROM district",
          "SELECT bool_and(n = last - first + 1) FROM (SELECT count(*) AS n, min(no_o_id) AS first,"
              + " max(no_o_id) AS last FROM new_order GROUP BY no_d_id) x",
          "SELECT (SELECT sum(o_ol_cnt) FROM orders) = (SELECT count(*) FROM order_line)",
          "SELECT count(*) = 0 FROM orders WHERE (o_carrier_id IS NULL) <> EXISTS (SELECT FROM"
              + " new_order WHERE no_d_id = o_d_id AND no_o_id = o_id)",
          "SELECT count(*) = 0 FROM order_line JOIN orders ON o_d_id = ol_d_id AND o_id = ol_o_id"
              + " WHERE ol_delivered <> (o_carrier_id IS NOT NULL)",
          "SELECT sum(c_balance) = (SELECT sum(ol_amount) FROM order_line WHERE ol_delivered)"
              + " - (SELECT sum(h_amount) FROM history) FROM customer",
          "SELECT sum(s_order_cnt) = (SELECT count(*) - 300000 FROM order_line) FROM stock");

  private final Connection session;
  private final Random dice;

  /** A terminal. Its session must not commit by itself. */
  Warehouse(Connection session, Random dice) {
    this.session = session;
    this.dice = dice;
  }

  /** Makes the tables, with their first rows. */
  static void load(Connection session) throws SQLException {
    for (String table : TABLES) {
      Sessions.execute(session, table);
    }
    Sessions.execute(
        session,
        "INSERT INTO warehouse VALUES (1, 300000)",
        "INSERT INTO district SELECT i, 30000, 3001 FROM generate_series(1, 10) i");
    String each = "%1$d, i";
    for (int d = 1; d <= DISTRICTS; d++) {
      fill(
          session,
          CUSTOMERS,
          "customer SELECT " + each.formatted(d) + ", -10, 10, 0, repeat('c', 300)");
      fill(session, CUSTOMERS, "history SELECT gen_random_uuid(), " + each.formatted(d) + ", 10");
      // Of the first 2,100 orders of a district all have been delivered; their lines cost nothing.
      fill(
          session,
          CUSTOMERS,
          "orders SELECT "
              + each.formatted(d)
              + ", 1 + (i * 7) % 3000, CASE WHEN i <= 2100 THEN 1 END, "
              + LINES);
      fill(session, 900, "new_order SELECT " + d + ", 2100 + i");
      fill(
          session,
          CUSTOMERS * LINES,
          "order_line SELECT "
              + d
              + ", 1 + (i - 1) / 10, 1 + (i - 1) % 10, 1 + (i * 31) % 100000,"
              + " i <= 21000, 5, CASE WHEN i <= 21000 THEN 0 ELSE 7 END");
    }
    fill(session, ITEMS, "item SELECT i, 1 + i % 100");
    fill(session, ITEMS, "stock SELECT i, 10 + i % 90, 0, 0, repeat('s', 200)");
    for (String table : List.of("customer", "item", "stock", "orders", "new_order", "order_line")) {
      Sessions.execute(session, "ANALYZE " + table);
    }
  }

  private static void fill(Connection session, int rows, String what) throws SQLException {
    for (int from = 1; from <= rows; from += CHUNK) {
      Sessions.execute(
          session,
          "INSERT INTO "
              + what
              + " FROM generate_series("
              + from
              + ", "
              + Math.min(rows, from + CHUNK - 1)
              + ") i");
    }
  }

  /** Returns the conditions that do not hold. */
  static List<String> violations(Connection session) throws SQLException {
    List<String> violated = new ArrayList<>();
    for (String condition : CONDITIONS) {
      if (!"t".equals(Sessions.value(session, condition))) {
        violated.add(condition);
      }
    }
    return violated;
  }

  /** Runs a transaction; 40001 leaves as an exception, when it has been rolled back. */
  void run(Kind kind) throws SQLException {
    int district = 1 + dice.nextInt(DISTRICTS);
    try {
      switch (kind) {
        case NEW_ORDER -> newOrder(district);
        case PAYMENT -> payment(district);
        case ORDER_STATUS -> orderStatus(district);
        case DELIVERY -> delivery();
        case STOCK_LEVEL -> stockLevel(district);
      }
      session.commit();
    } catch (SQLException e) {
      session.rollback();
      throw e;
    }
  }

  private int customer() {
    return 1 + dice.nextInt(CUSTOMERS);
  }

  private void newOrder(int district) throws SQLException {
    int customer = customer();
    one("SELECT c_balance FROM customer WHERE c_d_id = ? AND c_id = ?", district, customer);
    one("SELECT w_ytd FROM warehouse WHERE w_id = ?", 1);
    int order = one("SELECT d_next_o_id FROM district WHERE d_id = ? FOR UPDATE", district);
    update("UPDATE district SET d_next_o_id = d_next_o_id + 1 WHERE d_id = ?", district);
    int lines = 5 + dice.nextInt(11);
    update("INSERT INTO orders VALUES (?, ?, ?, NULL, ?)", district, order, customer, lines);
    update("INSERT INTO new_order VALUES (?, ?)", district, order);
    for (int line = 1; line <= lines; line++) {
      int item = 1 + dice.nextInt(ITEMS);
      int price = one("SELECT i_price FROM item WHERE i_id = ?", item);
      int quantity = 1 + dice.nextInt(10);
      one("SELECT s_quantity FROM stock WHERE s_i_id = ? FOR UPDATE", item);
      update(
          "UPDATE stock SET s_quantity = s_quantity - ? + CASE WHEN s_quantity > ? THEN 0 ELSE 91"
              + " END, s_ytd = s_ytd + ?, s_order_cnt = s_order_cnt + 1 WHERE s_i_id = ?",
          quantity,
          quantity + 9,
          quantity,
          item);
      update(
          "INSERT INTO order_line VALUES (?, ?, ?, ?, false, ?, ?)",
          district,
          order,
          line,
          item,
          quantity,
          price * quantity);
    }
  }

  private void payment(int district) throws SQLException {
    int customer = customer();
    int amount = 1 + dice.nextInt(5_000);
    update("UPDATE warehouse SET w_ytd = w_ytd + ? WHERE w_id = 1", amount);
    update("UPDATE district SET d_ytd = d_ytd + ? WHERE d_id = ?", amount, district);
    update(
        "UPDATE customer SET c_balance = c_balance - ?, c_ytd_payment = c_ytd_payment + ?"
            + " WHERE c_d_id = ? AND c_id = ?",
        amount,
        amount,
        district,
        customer);
    update(
        "INSERT INTO history (h_d_id, h_c_id, h_amount) VALUES (?, ?, ?)",
        district,
        customer,
        amount);
  }

  private void orderStatus(int district) throws SQLException {
    int customer = customer();
    one("SELECT c_balance FROM customer WHERE c_d_id = ? AND c_id = ?", district, customer);
    int order =
        one(
            "SELECT coalesce(max(o_id), 0) FROM orders WHERE o_d_id = ? AND o_c_id = ?",
            district,
            customer);
    one("SELECT count(*) FROM order_line WHERE ol_d_id = ? AND ol_o_id = ?", district, order);
  }

  private void delivery() throws SQLException {
    int carrier = 1 + dice.nextInt(10);
    for (int district = 1; district <= DISTRICTS; district++) {
      int order =
          one("SELECT coalesce(min(no_o_id), 0) FROM new_order WHERE no_d_id = ?", district);
      // The newest order stays, so that the conditions can name the last one.
      int last = one("SELECT coalesce(max(no_o_id), 0) FROM new_order WHERE no_d_id = ?", district);
      if (order == last) {
        continue;
      }
      update("DELETE FROM new_order WHERE no_d_id = ? AND no_o_id = ?", district, order);
      int customer =
          one("SELECT o_c_id FROM orders WHERE o_d_id = ? AND o_id = ?", district, order);
      update(
          "UPDATE orders SET o_carrier_id = ? WHERE o_d_id = ? AND o_id = ?",
          carrier,
          district,
          order);
      update(
          "UPDATE order_line SET ol_delivered = true WHERE ol_d_id = ? AND ol_o_id = ?",
          district,
          order);
      update(
          "UPDATE customer SET c_delivery_cnt = c_delivery_cnt + 1, c_balance = c_balance + (SELECT"
              + " sum(ol_amount) FROM order_line WHERE ol_d_id = ? AND ol_o_id = ?)"
              + " WHERE c_d_id = ? AND c_id = ?",
          district,
          order,
          district,
          customer);
    }
  }

  private void stockLevel(int district) throws SQLException {
    int next = one("SELECT d_next_o_id FROM district WHERE d_id = ?", district);
    one(
        "SELECT count(DISTINCT s_i_id) FROM order_line JOIN stock ON s_i_id = ol_i_id"
            + " WHERE ol_d_id = ? AND ol_o_id >= ? AND ol_o_id < ? AND s_quantity < ?",
        district,
        next - 20,
        next,
        10 + dice.nextInt(11));
  }

  private int one(String sql, int... parameters) throws SQLException {
    try (PreparedStatement statement = prepared(sql, parameters);
        ResultSet rows = statement.executeQuery()) {
      if (!rows.next()) {
        throw new SQLException("no row: " + sql);
      }
      return rows.getInt(1);
    }
  }

  private void update(String sql, int... parameters) throws SQLException {
    try (PreparedStatement statement = prepared(sql, parameters)) {
      if (statement.executeUpdate() == 0) {
        throw new SQLException("nothing was changed: " + sql);
      }
    }
  }

  private PreparedStatement prepared(String sql, int... parameters) throws SQLException {
    PreparedStatement statement = session.prepareStatement(sql);
    for (int i = 0; i < parameters.length; i++) {
      statement.setInt(i + 1, parameters[i]);
    }
    return statement;
  }
}
