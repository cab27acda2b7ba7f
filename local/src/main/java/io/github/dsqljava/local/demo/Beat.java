package io.github.dsqljava.local.demo;

/**
 * A step of the demo.
 *
 * @param session 0 for the left one, 1 for the right one
 * @param sql the statement
 * @param comment explanation for the viewer; empty for none
 */
record Beat(int session, String sql, String comment) {}
