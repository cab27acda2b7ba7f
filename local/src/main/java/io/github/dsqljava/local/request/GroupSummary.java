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
 * What the steps of a group have in common.
 *
 * @param executes whether a statement is run, and not only prepared
 * @param traits of all statements that are used
 * @param effect what they do to the transaction together
 * @param onlySets whether nothing in it needs a snapshot: it sets or shows settings
 * @param asksForJobs whether a statement is answered, or described, with the id of a job
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
