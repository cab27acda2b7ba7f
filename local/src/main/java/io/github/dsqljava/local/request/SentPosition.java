package io.github.dsqljava.local.request;

import io.github.dsqljava.local.dialect.ClientText;
import io.github.dsqljava.local.dialect.Statement;
import io.github.dsqljava.local.protocol.ErrorMessage;
import org.jspecify.annotations.Nullable;

/** Translates the position of an error into the text that the client has sent. */
public final class SentPosition {
  private SentPosition() {}

  /** Returns an error of a step with its position in the text that the client sent. */
  public static ErrorMessage of(ErrorMessage error, Step step) {
    return of(error, step.text(), step.use() == Step.Use.QUERY ? start(step) : 0);
  }

  /** Returns the offset, in the text of the whole message, of the part that PostgreSQL got. */
  private static int start(Step step) {
    @Nullable Statement statement = step.statement();
    int index = statement == null ? -1 : step.text().statements().indexOf(statement);
    return index < 0 ? 0 : step.text().start(index) - step.at();
  }

  static ErrorMessage of(ErrorMessage error, ClientText text, int start) {
    String found = error.field('P');
    if (found.isEmpty() || text.isUnchanged()) {
      return error;
    }
    int before = ClientText.characters(text.given().substring(0, start));
    int place = text.sentPosition(Integer.parseInt(found) + before);
    return error.with('P', Integer.toString(place - text.sentPosition(before)));
  }
}
