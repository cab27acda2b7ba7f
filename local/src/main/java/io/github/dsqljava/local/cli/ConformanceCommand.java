package io.github.dsqljava.local.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.dsqljava.local.conformance.Conformance;
import io.github.dsqljava.local.conformance.ConformanceOptions;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** {@code dsql-local.jar conformance}: asks a cluster what docs/fidelity.md says of it. */
final class ConformanceCommand {
  private ConformanceCommand() {}

  static int run(Arguments arguments, String version, PrintStream out)
      throws UsageException, IOException {
    return Conformance.run(options(arguments), version, out, () -> isAgreed(out));
  }

  private static ConformanceOptions options(Arguments arguments) throws UsageException {
    String endpoint =
        arguments
            .option("--endpoint")
            .orElseThrow(() -> new UsageException("conformance needs --endpoint"));
    return new ConformanceOptions(
        endpoint,
        arguments.option("--region"),
        arguments.option("--profile"),
        arguments.option("--user").orElse("admin"),
        arguments.option("--role-for"),
        password(arguments),
        arguments.option("--ca").map(Path::of),
        arguments.option("--only").map(rows -> List.of(rows.split(",", -1))).orElse(List.of()),
        arguments.option("--report").map(Path::of),
        arguments.option("--record").map(Path::of),
        arguments.has("--slow"),
        arguments.has("--yes"),
        arguments.seconds("--answer-limit").orElse(ConformanceOptions.ANSWER_LIMIT),
        System.getenv(),
        Path.of(System.getProperty("user.home", "")));
  }

  /** Not on the command line, where others can read it. */
  private static Optional<String> password(Arguments arguments) throws UsageException {
    Optional<String> variable = arguments.option("--password-env");
    if (variable.isEmpty()) {
      return Optional.empty();
    }
    String password = System.getenv(variable.get());
    if (password == null || password.isEmpty()) {
      throw new UsageException("--password-env: the variable " + variable.get() + " is not set");
    }
    return Optional.of(password);
  }

  /** Asks the user; the end of the input counts as no. */
  private static boolean isAgreed(PrintStream out) {
    out.print("Go on? Type yes: ");
    out.flush();
    try {
      BufferedReader in = new BufferedReader(new InputStreamReader(System.in, UTF_8));
      String line = in.readLine();
      return line != null && line.strip().equals("yes");
    } catch (IOException e) {
      return false;
    }
  }
}
