package io.github.dsqljava.local.occ.differential;

import java.util.function.Function;

/** Makes statements of one kind. */
record Maker(Feature feature, int weight, Function<Dice, Statement> statement) {
  static Maker of(Feature feature, int weight, Function<Dice, Statement> statement) {
    return new Maker(feature, weight, statement);
  }

  static Maker of(int weight, Function<Dice, Statement> statement) {
    return new Maker(Feature.BASIC, weight, statement);
  }
}
