package io.github.dsqljava.local.occ.differential;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** Makes random histories. It knows nothing of what their statements will find. */
final class Generator {
  private static final int MOST_TRANSACTIONS = 3;
  private static final int MOST_STATEMENTS = 6;
  private static final int FEWEST_KINDS = 2;

  private final List<Schema> schemas;
  private final Set<Feature> features;

  Generator(List<Schema> schemas, Set<Feature> features) {
    this.features = EnumSet.copyOf(features);
    this.schemas = schemas.stream().filter(schema -> features.contains(schema.feature())).toList();
  }

  Program make(long seed) {
    Dice dice = new Dice(seed);
    Schema schema = schemas.get(dice.below(schemas.size()));
    List<Maker> makers = some(schema, dice);
    int sessions = dice.pick(2, 2, 2, 2, 3, 3, 4, 5);
    List<List<Step>> queues = new ArrayList<>();
    int transaction = 0;
    for (int session = 0; session < sessions; session++) {
      List<Step> queue = new ArrayList<>();
      for (int n = 2 + dice.below(MOST_TRANSACTIONS - 1); n > 0; n--) {
        add(queue, dice, makers, session, transaction++);
      }
      queues.add(queue);
    }
    return new Program(schema, schema.rows().apply(dice), mixed(dice, queues));
  }

  /** Each history has a few kinds of statements only, so that these meet each other often. */
  private List<Maker> some(Schema schema, Dice dice) {
    List<Maker> all =
        schema.makers().stream().filter(maker -> features.contains(maker.feature())).toList();
    int share = dice.pick(15, 40, 70);
    List<Maker> some = new ArrayList<>();
    while (some.size() < FEWEST_KINDS) {
      some = new ArrayList<>(all.stream().filter(unused -> dice.percent(share)).toList());
    }
    int weight = some.stream().mapToInt(Maker::weight).sum();
    some.add(Maker.of(weight / 3, d -> Schemas.changeHot(schema.hot(), d)));
    return some;
  }

  private static void add(
      List<Step> queue, Dice dice, List<Maker> makers, int session, int transaction) {
    if (dice.percent(40)) {
      Statement alone = statement(dice, makers);
      if (alone.kind() != Statement.Kind.SETTING) {
        queue.add(new Step(session, transaction, Step.Action.RUN, alone));
        return;
      }
    }
    queue.add(new Step(session, transaction, Step.Action.BEGIN, null));
    for (int n = 2 + dice.below(MOST_STATEMENTS - 1); n > 0; n--) {
      Statement next = statement(dice, makers);
      // Whether a setting takes the snapshot is not known, so there is one before it.
      boolean first = queue.get(queue.size() - 1).action() == Step.Action.BEGIN;
      if (!first || next.kind() != Statement.Kind.SETTING) {
        queue.add(new Step(session, transaction, Step.Action.RUN, next));
      }
    }
    Step.Action end = dice.percent(30) ? Step.Action.ROLLBACK : Step.Action.COMMIT;
    queue.add(new Step(session, transaction, end, null));
  }

  private static Statement statement(Dice dice, List<Maker> makers) {
    int all = makers.stream().mapToInt(Maker::weight).sum();
    int chosen = dice.below(all);
    for (Maker maker : makers) {
      chosen -= maker.weight();
      if (chosen < 0) {
        return maker.statement().apply(dice);
      }
    }
    throw new IllegalStateException("no statement to choose");
  }

  /** In the order of each queue, but all mixed; a session often does two steps in a row. */
  private static List<Step> mixed(Dice dice, List<List<Step>> queues) {
    List<Step> steps = new ArrayList<>();
    int[] next = new int[queues.size()];
    int session = dice.below(queues.size());
    int left = queues.stream().mapToInt(List::size).sum();
    while (left > 0) {
      if (next[session] < queues.get(session).size()) {
        steps.add(queues.get(session).get(next[session]++));
        left--;
      }
      if (next[session] >= queues.get(session).size() || dice.percent(70)) {
        session = dice.below(queues.size());
      }
    }
    return steps;
  }
}
