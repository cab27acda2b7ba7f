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
   * {@code ~/.aws/config}, and the instance metadata service, which is a network call.
   */
  RegionChain AWS_DEFAULT =
      profile -> {
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

  /** The region, or empty if no link of the chain knows one. May block. */
  Optional<String> region(Optional<String> profile);
}
