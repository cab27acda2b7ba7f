package io.github.dsqljava.local.journal;

/**
 * A login that was answered with an error. What the client sent as a password is not kept.
 *
 * @param user the role it wanted; empty if it did not come to say so
 * @param sqlState for example {@code 08006}
 * @param message the error's text
 * @param hint the error's hint; empty if there was none
 */
public record RefusedLogin(String user, String sqlState, String message, String hint) {}
