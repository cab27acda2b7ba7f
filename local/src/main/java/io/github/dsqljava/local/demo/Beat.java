package io.github.dsqljava.local.demo;

/**
 * A step of the demo.
 *
 * @param session 0 for the left one, 1 for the right one
 * @param sql what it runs
 * @param comment what there is to be seen; empty for nothing
 */
record Beat(int session, String sql, String comment) {}
