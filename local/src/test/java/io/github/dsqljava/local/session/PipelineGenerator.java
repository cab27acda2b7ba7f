package io.github.dsqljava.local.session;

import io.github.dsqljava.local.session.ClientMessage.Statement;
import io.github.dsqljava.local.session.ClientMessage.Text;
import io.github.dsqljava.local.session.ClientMessage.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Makes up what a client sends: one Query, or one batch of the extended protocol, at a time. Most
 * of it makes sense, so that there are transactions and names to strike at.
 */
final class PipelineGenerator {
  private static final List<String> NAMES = List.of("a", "b", "c");

  /**
   * Names for statements that end a transaction, if the client does not wait. A session cuts a
   * batch by what it knows, and does not mend the cut if a name turns out to stand for COMMIT after
   * all.
   */
  private static final List<String> ENDS = List.of("x", "y");

  private final Random random;
  private final boolean named;
  private final boolean refuses;
  private final boolean waits;

  /** Whether the client has seen a COPY fail in the extended protocol. */
  private boolean syncDue;

  private int next = 1;
  private List<ClientMessage> batch = new ArrayList<>();

  /**
   * @param named whether the client gives names to statements, and mistakes them
   * @param refuses whether the client sends statements that the service refuses
   * @param waits whether the client waits for its answers, so that it can react to an error
   */
  PipelineGenerator(Random random, boolean named, boolean refuses, boolean waits) {
    this.waits = waits;
    this.random = random;
    this.named = named;
    this.refuses = refuses;
  }

  /** Returns the messages up to the next Sync, or a Query. */
  List<ClientMessage> next() {
    batch = new ArrayList<>();
    if (syncDue) {
      syncDue = false;
      return List.of(ClientMessage.of(Type.SYNC));
    }
    boolean extended = random.nextBoolean();
    if (waits && random.nextInt(10) == 0) {
      failingCopy(extended);
      return batch;
    }
    if (extended) {
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        extended();
      }
    }
    if (!extended || random.nextInt(12) == 0) {
      query(); // behind an extended batch it takes the place of Sync, unless something has failed
    }
    if (extended) {
      batch.add(ClientMessage.of(Type.SYNC));
    }
    return batch;
  }

  /** The client sends no CopyDone, because it sees that the COPY has failed. */
  private void failingCopy(boolean extended) {
    Text text = new Text(Statement.COPY, next++);
    if (extended) {
      batch.add(ClientMessage.parse("", text));
      use("");
      batch.add(ClientMessage.of(random.nextBoolean() ? Type.SYNC : Type.FLUSH));
    } else {
      batch.add(ClientMessage.query(List.of(text)));
    }
    batch.add(ClientMessage.of(Type.BAD_DATA));
    syncDue = extended;
  }

  private void query() {
    List<Text> texts = new ArrayList<>();
    for (int n = 1 + random.nextInt(4); n > 0; n--) {
      texts.add(text());
    }
    batch.add(ClientMessage.query(texts));
    for (Text text : texts) {
      if (text.statement() == Statement.COPY) {
        data();
      }
    }
  }

  private void extended() {
    if (named && random.nextInt(2) == 0) {
      names();
    } else {
      run(text());
    }
    if (random.nextInt(8) == 0) {
      batch.add(ClientMessage.of(Type.FLUSH));
    }
  }

  /** Something with names that may be taken already, or stand for nothing. */
  private void names() {
    String name = NAMES.get(random.nextInt(NAMES.size()));
    switch (random.nextInt(8)) {
      case 0 -> batch.add(ClientMessage.of(Type.CLOSE, name));
      case 1 -> batch.add(ClientMessage.of(Type.DESCRIBE_STATEMENT, name));
      case 2, 3 -> prepare(name);
      case 4 -> {
        batch.add(ClientMessage.of(Type.CLOSE, name));
        use(prepare(name));
      }
      case 5 -> use(ENDS.get(random.nextInt(ENDS.size())));
      default -> use(name);
    }
  }

  /** Prepares anything but COPY, for which nobody would send data; returns the name. */
  private String prepare(String name) {
    Text text = text();
    while (text.statement() == Statement.COPY) {
      text = text();
    }
    String free = name;
    if (!waits && text.statement().endsTransaction()) {
      free = ENDS.get(text.statement() == Statement.COMMIT ? 0 : 1);
    }
    batch.add(ClientMessage.parse(free, text));
    return free;
  }

  private void use(String name) {
    String portal = random.nextBoolean() ? "" : "p" + next++;
    batch.add(ClientMessage.bind(portal, name));
    if (random.nextInt(4) == 0) {
      batch.add(ClientMessage.of(Type.DESCRIBE_PORTAL, portal));
    }
    batch.add(ClientMessage.of(Type.EXECUTE, portal));
  }

  private void run(Text text) {
    batch.add(ClientMessage.parse("", text));
    use("");
    if (text.statement() == Statement.COPY) {
      // PostgreSQL takes nothing else once it asks for data.
      switch (random.nextInt(3)) {
        case 0 -> batch.add(ClientMessage.of(Type.SYNC));
        case 1 -> batch.add(ClientMessage.of(Type.FLUSH));
        default -> {}
      }
      data();
    }
  }

  private void data() {
    boolean good = random.nextInt(3) > 0;
    int bad = good ? -1 : random.nextInt(3);
    for (int n = random.nextInt(3); n >= 0; n--) {
      batch.add(n == bad ? ClientMessage.of(Type.BAD_DATA) : ClientMessage.data(next++));
    }
    batch.add(ClientMessage.of(random.nextInt(6) == 0 ? Type.COPY_FAIL : Type.COPY_DONE));
  }

  private Text text() {
    return new Text(statement(), next++);
  }

  private Statement statement() {
    int choice = random.nextInt(28);
    if (choice < 7) {
      return Statement.BEGIN;
    } else if (choice < 13) {
      return Statement.COMMIT;
    } else if (choice < 15) {
      return Statement.ROLLBACK;
    } else if (choice < 23) {
      return Statement.INSERT;
    } else if (choice < 25) {
      return Statement.COPY;
    } else if (choice == 25 && refuses) {
      return Statement.REFUSED;
    }
    return Statement.FAIL;
  }
}
