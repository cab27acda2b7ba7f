package io.github.dsqljava.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.FieldSource;

class FaultOrdersTest {
  static final List<String> FORMS = FaultOrders.FORMS;

  @Test
  void parse_everyForm_isTaken() {
    FaultOrders orders =
        parse(
            """
            # what is to go wrong
            conflict-commits 3
              conflict-commits\t2 data   on  orders  # the next two
            conflict-commits 2 schema on "My Shop" . "or""ders"
            conflict-begins 1

            lose-commit-answers 4
            cut-before-commit 5
            unavailable-at-commit 6 committed
            unavailable-at-commit 6 rolled-back
            unavailable-at-statement 7
            refuse-logins 1 too-many-connections
            refuse-logins 1 rate-exceeded
            refuse-logins 1 waking-up
            refuse-logins 1 token-expired
            refuse-logins 1 access-denied
            close-after-messages 20
            close-after-messages 0 of 8
            cut-connections
            cut-connections older-than 3300
            """);
    assertThat(orders.armed()).hasSize(16);
    assertThat(orders.armed().get(15).count()).isEqualTo(8);
    assertThat(orders.oldest()).containsExactly(Duration.ZERO, Duration.ofMinutes(55));
  }

  /** What is said to be allowed is: with and without what may be left out, in all alternatives. */
  @ParameterizedTest
  @FieldSource("FORMS")
  void parse_whatAFormSays_isTaken(String form) {
    List<String> lines = new ArrayList<>(List.of(""));
    for (String part : form.split(" (?![^\\[]*])")) {
      boolean optional = part.startsWith("[");
      List<String> longer = new ArrayList<>(optional ? lines : List.of());
      for (String choice : part.replaceAll("[\\[\\]]", "").split("\\|")) {
        String word =
            choice.replaceAll("\\b(N|MESSAGES|SECONDS)\\b", "7").replace("TABLE", "shop.t");
        lines.forEach(line -> longer.add(line + " " + word));
      }
      lines = longer;
    }
    for (String line : lines) {
      FaultOrders orders = parse(line);
      assertThat(orders.armed().size() + orders.oldest().size()).as(line).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "explode 1                          | no fault is called \"explode\"",
        "conflict-commits                   | \"\" is no number",
        "conflict-commits many              | \"many\" is no number",
        "conflict-commits 0                 | count is 0, not positive",
        "conflict-commits 1 twice           | \"twice\" is too much",
        "conflict-commits 1 on              | \"\" is not the name of a table",
        "conflict-commits 1 on a b          | \"a b\" is not the name of a table",
        "unavailable-at-commit 1            | it must say committed or rolled-back",
        "refuse-logins 1 because            | no refusal is called \"because\"",
        "close-after-messages -1            | messages are -1, negative",
        "close-after-messages 1 of          | \"\" is no number",
        "cut-connections older-than -5      | age is PT-5S, negative",
        "lose-commit-answers 99999999999    | \"99999999999\" is no number"
      })
  void parse_badLine_isNamedWithWhatIsAllowed(String line, String reason) {
    assertThatThrownBy(() -> parse("conflict-begins 1\n\n" + line + " # why not\nnext"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "line 3, \"%s\": %s. Allowed are: %s",
            line, reason, String.join("; ", FaultOrders.FORMS));
  }

  @Test
  void parse_nothing_isNothing() {
    var nothing = new FaultOrders(List.of(), List.of());
    assertThat(parse("")).isEqualTo(nothing);
    assertThat(parse("\r\n# only this\r\n")).isEqualTo(nothing);
  }

  private static FaultOrders parse(String text) {
    return FaultOrders.parse(text, InstantSource.system());
  }
}
