package io.github.dsqljava;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Optional;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.regions.providers.DefaultAwsRegionProviderChain;

/** Who is asked for the region when nobody named it: a seam, so that no test asks the network. */
@FunctionalInterface
interface RegionChain {

  /**
   * The AWS SDK's chain: system property {@code aws.region}, AWS_REGION, the profile's entry in
   * {@code ~/.aws/config}, and the instance metadata service, which is a network call. Before the
   * profile stands AWS_DEFAULT_REGION, which all other AWS SDKs and the AWS CLI read.
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
          // The chain has no answer but an exception. What to do is said where the host is known.
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
