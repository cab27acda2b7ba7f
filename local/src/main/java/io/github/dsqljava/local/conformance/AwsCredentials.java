package io.github.dsqljava.local.conformance;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The caller's AWS credentials, without the AWS SDK: environment variables, then a profile of
 * {@code ~/.aws/credentials} and {@code ~/.aws/config} with keys or a {@code credential_process}.
 * For other sources (SSO, assumed roles, containers) use the AWS CLI: {@code eval "$(aws configure
 * export-credentials --format env)"}.
 */
final class AwsCredentials {
  private static final String KEY = "aws_access_key_id";
  private static final String SECRET = "aws_secret_access_key";
  private static final String TOKEN = "aws_session_token";
  private static final String PROCESS = "credential_process";

  private final Map<String, String> environment;
  private final Path home;

  AwsCredentials(Map<String, String> environment, Path home) {
    this.environment = environment;
    this.home = home;
  }

  /**
   * Looks for credentials anew at each call, because those of a process expire.
   *
   * @param profile the requested profile; if empty, the environment comes first
   */
  AwsKeys find(Optional<String> profile) throws ConformanceException {
    if (profile.isEmpty()) {
      Optional<AwsKeys> keys =
          keys(
              variable("AWS_ACCESS_KEY_ID"),
              variable("AWS_SECRET_ACCESS_KEY"),
              variable("AWS_SESSION_TOKEN"));
      if (keys.isPresent()) {
        return keys.get();
      }
    }
    String name = profile.or(() -> variable("AWS_PROFILE")).orElse("default");
    Map<String, String> settings = profile(name);
    Optional<AwsKeys> keys =
        keys(setting(settings, KEY), setting(settings, SECRET), setting(settings, TOKEN));
    if (keys.isPresent()) {
      return keys.get();
    }
    if (settings.containsKey(PROCESS)) {
      return ofProcess(name, settings.get(PROCESS));
    }
    throw new ConformanceException(
        "no AWS credentials: neither AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment"
            + " nor keys or a credential_process in the profile \""
            + name
            + "\" of "
            + file("AWS_SHARED_CREDENTIALS_FILE", "credentials")
            + ". For SSO and assumed roles: eval \"$(aws configure export-credentials --profile "
            + name
            + " --format env)\"");
  }

  /** Returns the Region of the environment or of the profile. */
  Optional<String> region(Optional<String> profile) throws ConformanceException {
    Optional<String> region = variable("AWS_REGION").or(() -> variable("AWS_DEFAULT_REGION"));
    if (region.isPresent()) {
      return region;
    }
    String name = profile.or(() -> variable("AWS_PROFILE")).orElse("default");
    return setting(profile(name), "region");
  }

  private static Optional<AwsKeys> keys(
      Optional<String> id, Optional<String> secret, Optional<String> token) {
    return id.isPresent() && secret.isPresent()
        ? Optional.of(new AwsKeys(id.get(), secret.get(), token))
        : Optional.empty();
  }

  private static Optional<String> setting(Map<String, String> settings, String name) {
    return Optional.ofNullable(settings.get(name)).filter(value -> !value.isBlank());
  }

  private Optional<String> variable(String name) {
    return setting(environment, name);
  }

  private Path file(String variable, String name) {
    return variable(variable).map(Path::of).orElse(home.resolve(".aws").resolve(name));
  }

  /** The settings of a profile; those of the credentials file win. */
  private Map<String, String> profile(String name) throws ConformanceException {
    Map<String, String> settings = new HashMap<>();
    Path config = file("AWS_CONFIG_FILE", "config");
    settings.putAll(section(config, name.equals("default") ? name : "profile " + name));
    settings.putAll(section(file("AWS_SHARED_CREDENTIALS_FILE", "credentials"), name));
    return settings;
  }

  private static Map<String, String> section(Path file, String name) throws ConformanceException {
    Map<String, String> settings = new LinkedHashMap<>();
    boolean inside = false;
    for (String line : lines(file)) {
      String text = line.strip();
      if (text.startsWith("[") && text.endsWith("]")) {
        inside = text.substring(1, text.length() - 1).strip().equals(name);
        continue;
      }
      int equals = text.indexOf('=');
      // Lines that begin with a space belong to a nested setting.
      boolean nested = !line.isEmpty() && Character.isWhitespace(line.charAt(0));
      if (inside && equals > 0 && !nested && !text.startsWith("#") && !text.startsWith(";")) {
        settings.put(text.substring(0, equals).strip(), text.substring(equals + 1).strip());
      }
    }
    return settings;
  }

  private static List<String> lines(Path file) throws ConformanceException {
    try {
      return Files.isRegularFile(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new ConformanceException("cannot read " + file + ": " + e.getMessage(), e);
    }
  }

  /** Runs a program that the user's own file names, as AWS's tools do. */
  private static AwsKeys ofProcess(String profile, String command) throws ConformanceException {
    String what = "credential_process of the profile \"" + profile + "\"";
    boolean windows = System.getProperty("os.name", "").startsWith("Windows");
    List<String> words = windows ? List.of("cmd.exe", "/C", command) : List.of("sh", "-c", command);
    try {
      Process process =
          new ProcessBuilder(words).redirectError(ProcessBuilder.Redirect.INHERIT).start();
      process.getOutputStream().close();
      String output = new String(process.getInputStream().readAllBytes(), UTF_8);
      int code = process.waitFor();
      Map<String, String> fields = FlatJson.strings(output);
      return keys(
              setting(fields, "AccessKeyId"),
              setting(fields, "SecretAccessKey"),
              setting(fields, "SessionToken"))
          .filter(unused -> code == 0)
          .orElseThrow(
              () ->
                  new ConformanceException(
                      what + " ended with code " + code + " and printed no keys"));
    } catch (IOException e) {
      throw e instanceof ConformanceException known
          ? known
          : new ConformanceException(what + " cannot be run: " + e.getMessage(), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ConformanceException(what + " was interrupted", e);
    }
  }
}
