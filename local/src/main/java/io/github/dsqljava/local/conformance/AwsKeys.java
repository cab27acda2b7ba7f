package io.github.dsqljava.local.conformance;

import java.util.Optional;

/** An access key of AWS. {@link #toString} shows no secret. */
record AwsKeys(String accessKeyId, String secretAccessKey, Optional<String> sessionToken) {
  @Override
  public String toString() {
    return "AwsKeys[" + accessKeyId + "]";
  }
}
