package io.github.dsqljava.local.request;

import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.dialect.StatementClass;
import io.github.dsqljava.local.dialect.Trait;
import io.github.dsqljava.local.dialect.TransactionEffect;
import io.github.dsqljava.local.request.Step.Use;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * The combined properties of a group's steps.
 *
 * @param executes whether a statement runs, and is not only prepared
 * @param traits the traits of all statements that are used
 * @param effect their combined effect on the transaction
 * @param onlySets whether no step needs a snapshot, because all only set or show settings
 * @param asksForJobs whether the answer to a statement, or its description, has the id of a job
 */
record GroupSummary(
    boolean executes,
    Set<Trait> traits,
    TransactionEffect effect,
    boolean onlySets,
    boolean asksForJobs) {
  static GroupSummary of(List<Step> steps) {
    Set<Trait> traits = EnumSet.noneOf(Trait.class);
    TransactionEffect effect = TransactionEffect.NONE;
    boolean executes = false;
    boolean onlySets = true;
    boolean asksForJobs = false;
    for (Step step : steps) {
      Statement statement = step.statement();
      executes |= step.runs();
      onlySets &= statement == null || statement.statementClass() == StatementClass.SETTING;
      if (statement == null || step.use() == Use.PARSE || step.use() == Use.CLOSE) {
        continue;
      }
      asksForJobs |= statement.asksForJob();
      if (step.use() != Use.DESCRIBE) {
        traits.addAll(statement.traits());
      } else if (statement.has(Trait.SHOWS_RENAMED)) {
        traits.add(Trait.SHOWS_RENAMED); // it is the description that has the name
      }
      if (step.runs() && statement.effect().outranks(effect)) {
        effect = statement.effect();
      }
    }
    return new GroupSummary(executes, traits, effect, onlySets, asksForJobs);
  }
}
