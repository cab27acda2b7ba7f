/**
 * The identities of a local cluster and the verification of their connection tokens.
 *
 * <p>Nothing here shares code with the connector or with the AWS SDK: a token is checked from the
 * published Signature Version 4 rules alone, so that a mistake made while signing is found here
 * instead of being repeated.
 */
@NullMarked
package io.github.dsqljava.local.iam;

import org.jspecify.annotations.NullMarked;
