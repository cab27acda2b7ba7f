package io.github.dsqljava;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** Finds the region when no setting names it. Tests replace it, so that they use no network. */
@FunctionalInterface
interface RegionChain {

  /**
   * The AWS SDK's chain: system property {@code aws.region}, AWS_REGION, the profile's entry in
   * {@code ~/.aws/config}, and the instance metadata service, which is a network call.
   * AWS_DEFAULT_REGION, which all other AWS SDKs and the AWS CLI read, comes before the profile.
   */
  RegionChain AWS_DEFAULT =
      profile -> {
        if (System.getProperty("aws.region") == null && unset("AWS_REGION")) {
          String text = System.getenv("AWS_DEFAULT_REGION");
          if (text != null && !text.isEmpty()) {
            return Optional.of(
                Setting.REGION.parse(text, "environment variable AWS_DEFAULT_REGION"));
          }
        }
        try {
          var chain = DefaultAwsRegionProviderChain.builder();
          profile.ifPresent(chain::profileName);
          return Optional.ofNullable(chain.build().getRegion()).map(Region::id);
        } catch (RuntimeException e) {
          // The chain reports a missing region by an exception. The caller, who knows the host,
          // tells the remedy.
          Logger logger = System.getLogger(RegionChain.class.getName());
          logger.log(Level.DEBUG, "The AWS default region chain found no region", e);
          return Optional.empty();
        }
      };

  private static boolean unset(String variable) {
    String text = System.getenv(variable);
    return text == null || text.isEmpty();
  }

  /** The region, or empty if no link of the chain knows one. May block. */
  Optional<String> region(Optional<String> profile);
}
