package io.github.dsqljava.local.occ.differential;

import java.util.ArrayList;
import java.util.List;

/**
 * What the model has to know of a table.
 *
 * @param name as SQL writes it, with its schema
 * @param columns all of them, those of the key first, as SQL writes them
 * @param keySize how many columns tell a row from the others
 * @param keyed whether PostgreSQL knows of that key; if not, the generator keeps it unique
 * @param generated how many columns at the end are computed by PostgreSQL
 * @param uniques its unique keys, the primary key among them
 * @param references its foreign keys
 * @param late a CHECK that was added NOT VALID, or null
 */
record Table(
    String name,
    List<String> columns,
    int keySize,
    boolean keyed,
    int generated,
    List<Unique> uniques,
    List<Reference> references,
    Late late) {

  /**
   * A unique index.
   *
   * @param key an expression of type text: equal texts are equal keys, NULL is in no key
   * @param strong whether its columns count as key columns in the table of conflicts
   */
  record Unique(String name, String key, boolean strong) {}

  /** A foreign key to a table that comes earlier in the schema. */
  record Reference(List<String> columns, Table parent, List<String> parentColumns) {}

  /** A constraint that rows before it do not keep. */
  record Late(String name, String expression) {}

  static Table keyed(String name, String... key) {
    Table table = new Table(name, List.of(key), key.length, true, 0, List.of(), List.of(), null);
    return table.unique(key);
  }

  static Table keyless(String name, String tag) {
    return new Table(name, List.of(tag), 1, false, 0, List.of(), List.of(), null);
  }

  Table with(String... more) {
    return new Table(
        name, plus(columns, List.of(more)), keySize, keyed, generated, uniques, references, late);
  }

  /** The last columns of the table, which take no values. */
  Table computing(String... more) {
    return new Table(
        name,
        plus(columns, List.of(more)),
        keySize,
        keyed,
        generated + more.length,
        uniques,
        references,
        late);
  }

  /** A unique constraint over columns. */
  Table unique(String... key) {
    String list = String.join(", ", key);
    String text = "CASE WHEN num_nulls(" + list + ") = 0 THEN ROW(" + list + ")::text END";
    return unique(new Unique(String.join("_", key), text, true));
  }

  /** A unique index over an expression or with a predicate. */
  Table uniqueIndex(String index, String key) {
    return unique(new Unique(index, key, false));
  }

  private Table unique(Unique unique) {
    return new Table(
        name, columns, keySize, keyed, generated, plus(uniques, List.of(unique)), references, late);
  }

  Table referring(List<String> own, Table parent, List<String> theirs) {
    return new Table(
        name,
        columns,
        keySize,
        keyed,
        generated,
        uniques,
        plus(references, List.of(new Reference(own, parent, theirs))),
        late);
  }

  Table late(String constraint, String expression) {
    return new Table(
        name,
        columns,
        keySize,
        keyed,
        generated,
        uniques,
        references,
        new Late(constraint, expression));
  }

  private static <T> List<T> plus(List<T> some, List<T> more) {
    List<T> all = new ArrayList<>(some);
    all.addAll(more);
    return List.copyOf(all);
  }

  List<String> writable() {
    return columns.subList(0, columns.size() - generated);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Table table && table.name.equals(name);
  }

  @Override
  public int hashCode() {
    return name.hashCode();
  }

  /** All columns, then all unique keys, as text; in the order of the key. */
  String query(String more) {
    StringBuilder sql = new StringBuilder("SELECT ");
    columns.forEach(column -> sql.append(column).append("::text, "));
    uniques.forEach(unique -> sql.append(unique.key).append(", "));
    return sql.append(more).append(" FROM ").append(name).toString();
  }

  String insert(List<List<String>> rows) {
    StringBuilder sql = new StringBuilder("INSERT INTO ").append(name);
    sql.append(" (").append(String.join(", ", writable())).append(") VALUES ");
    String comma = "";
    for (List<String> row : rows) {
      sql.append(comma).append('(');
      for (int i = 0; i < writable().size(); i++) {
        sql.append(i == 0 ? "" : ", ").append(Sql.literal(row.get(i)));
      }
      sql.append(')');
      comma = ", ";
    }
    return sql.toString();
  }

  List<String> valuesOf(List<String> names, List<String> row) {
    return names.stream().map(name -> row.get(columns.indexOf(name))).toList();
  }

  String addLate() {
    return "ALTER TABLE %s ADD CONSTRAINT %s CHECK (%s) NOT VALID"
        .formatted(name, late.name, late.expression);
  }

  String dropLate() {
    return "ALTER TABLE " + name + " DROP CONSTRAINT IF EXISTS " + late.name;
  }
}
