package io.github.dsqljava.local.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.dsqljava.local.ClusterFaults;
import io.github.dsqljava.local.limits.Limit;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  @TempDir Path temporary;

  @ParameterizedTest
  @ValueSource(strings = {"--help", "token --help", "--port 7 --help"})
  void help_printsUsageToStandardOutput(String words) {
    assertThat(run(words.split(" ", -1))).isZero();
    assertThat(text(out))
        .contains("--port N", "--data-dir DIR", "--region R", "--env-file FILE", "token", "hosts")
        .contains("--faults FILE", "--limits LIST", "--sni optional", "--cluster-id ID")
        .contains("--log statements");
    assertThat(text(out).lines()).hasSizeLessThan(45);
    assertThat(text(err)).isEmpty();
  }

  @Test
  void limitsAndFaults_nameEach_inLinesThatCanBeRead() {
    assertThat(run("limits")).isZero();
    assertThat(run("faults")).isZero();
    String help = text(out);
    String inOneLine = help.replaceAll("\\|\n +", "|").replaceAll("\\s+", " ");
    assertThat(inOneLine).contains(ClusterFaults.fileForms()).contains(LimitList.names());
    for (Limit limit : Limit.values()) {
      assertThat(inOneLine).containsPattern("[ ,]" + limit.option() + "[,;]");
    }
    assertThat(help.lines()).allMatch(line -> line.length() <= 110);
    assertThat(Usage.text().lines()).allMatch(line -> line.length() <= 100);
  }

  @Test
  void conformance_helpSaysMore_andFailuresAreOneLine() {
    assertThat(run("conformance", "--help")).isZero();
    assertThat(text(out))
        .contains("--endpoint HOST", "--record FILE", "--slow", "export-credentials");
    assertThat(text(out).lines()).allMatch(line -> line.length() <= 100);
    assertThat(run("conformance", "--endpoint", "localhost:none")).isEqualTo(1);
    assertThat(text(err))
        .isEqualTo("dsql-local: --endpoint is \"localhost:none\", not a host or host:port\n");
  }

  @Test
  void version_printsOneLine() {
    assertThat(run("--version")).isZero();
    assertThat(text(out)).matches("dsql-local \\S+\n");
  }

  @ParameterizedTest
  @CsvSource({
    "--prot=1, unknown option \"--prot\"",
    "--port=http, --port is \"http\"",
    "--region=Mars, --region is \"Mars\"",
    "run, unknown command \"run\"",
    "--cluster-id=abc, --cluster-id is \"abc\"",
    "--schema-reach=all, '--schema-reach is \"all\", not one of cluster, tables'",
    "--sni=off, '--sni is \"off\", not one of required, optional'",
    "--log=all, '--log is \"all\", not one of off, statements'",
    "--access-key=AKIA, --access-key and --secret-key go together",
    "conformance, conformance needs --endpoint",
    "--slow, unknown option \"--slow\"",
    "conformance --endpoint=localhost --port=1, unknown option \"--port\"",
    "conformance --endpoint=localhost --yes=no, --yes takes no value",
    "conformance --endpoint=localhost --password-env=NOT_THERE, --password-env: the variable NOT_THERE is not set",
  })
  void badCommandLine_isCode2WithMessageAndUsage(String words, String message) {
    assertThat(run(words.split(" ", -1))).isEqualTo(2);
    assertThat(text(err)).startsWith("dsql-local: " + message).contains("--env-file FILE");
    assertThat(text(out)).isEmpty();
  }

  @Test
  void envFile_ofSomebodyElse_isCode1BeforeAnythingStarts() throws Exception {
    Path file = Files.writeString(temporary.resolve("env"), "mine");
    assertThat(run("--env-file", file.toString())).isEqualTo(1);
    assertThat(text(err)).startsWith("dsql-local: --env-file " + file).hasLineCount(1);
    assertThat(text(out)).isEmpty();
    assertThat(file).hasContent("mine");
  }

  @Test
  void faults_badLine_isCode2AndNamesIt() throws Exception {
    Path file = Files.writeString(temporary.resolve("faults"), "explode 1\n");
    assertThat(run("--faults", file.toString())).isEqualTo(2);
    assertThat(text(err))
        .startsWith("dsql-local: --faults " + file + ", line 1, \"explode 1\": no fault")
        .contains("Allowed are: conflict-commits N");
    assertThat(text(out)).isEmpty();
  }

  @Test
  void token_withoutVariables_isCode2AndNamesTheFirst() throws Exception {
    Path file = Files.writeString(temporary.resolve("env"), "CLUSTER_ENDPOINT=localhost\n");
    assertThat(run("token", "--env-file", file.toString())).isEqualTo(2);
    assertThat(text(err)).startsWith("dsql-local: token needs CLUSTER_PRINCIPAL_ARN");
    assertThat(text(out)).isEmpty();
  }

  @Test
  void token_missingFile_isCode1AndNamesIt() {
    Path file = temporary.resolve("missing");
    assertThat(run("token", "--env-file", file.toString())).isEqualTo(1);
    assertThat(text(err)).startsWith("dsql-local: cannot read --env-file " + file);
  }

  @ParameterizedTest
  @CsvSource({"admin, DbConnectAdmin", "app, DbConnect"})
  void token_ofAFile_isForTheUsersAction(String user, String action) throws Exception {
    assertThat(run("token", "--env-file", envFile().toString(), "--user", user)).isZero();
    assertThat(text(out))
        .startsWith("localhost/?")
        .contains("Action=" + action + "&")
        .contains("X-Amz-Expires=900")
        .contains("eu-west-1")
        .doesNotContain("the/secret")
        .hasLineCount(1);
    assertThat(text(err)).isEmpty();
  }

  @Test
  void token_withoutUser_isForAdmin() throws Exception {
    assertThat(run("token", "--env-file", envFile().toString())).isZero();
    assertThat(text(out)).contains("Action=DbConnectAdmin&");
  }

  @Test
  void hosts_ofAFileOrAnId_printsTheLine() throws Exception {
    assertThat(run("hosts", "--env-file", envFile().toString())).isZero();
    String id = "abcdefghijklmnopqrstuvwxyz";
    assertThat(run("hosts", "--cluster-id", id, "--region", "eu-west-1")).isZero();
    assertThat(text(out))
        .isEqualTo("127.0.0.1 the.name\n127.0.0.1 " + id + ".dsql.eu-west-1.on.aws\n");
  }

  private Path envFile() throws Exception {
    Map<String, String> environment = new LinkedHashMap<>();
    environment.put("CLUSTER_ENDPOINT", "localhost");
    environment.put("CLUSTER_PRINCIPAL_ARN", "arn:aws:iam::123456789012:user/test");
    environment.put("CLUSTER_HOST", "the.name");
    environment.put("AWS_REGION", "eu-west-1");
    environment.put("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE");
    environment.put("AWS_SECRET_ACCESS_KEY", "the/secret+key");
    Path file = temporary.resolve("env");
    new EnvironmentFile(file).write(environment);
    return file;
  }

  private int run(String... words) {
    return Main.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        words);
  }

  private static String text(ByteArrayOutputStream bytes) {
    return bytes.toString(StandardCharsets.UTF_8);
  }
}
