package io.github.dsqljava.r2dbc.wire;

import io.github.dsqljava.ServerError;
import java.util.Optional;

/**
 * The server's answer to a flight of our own.
 *
 * @param rows the number of rows that its statements changed
 * @param error the error that ended it, if any; later statements were not executed
 */
public record Answer(long rows, Optional<ServerError> error) {}
