package io.github.dsqljava.r2dbc.wire;

import io.github.dsqljava.ServerError;
import java.util.Optional;

/**
 * What the server answered to a flight of our own.
 *
 * @param rows how many rows its statements changed, all together
 * @param error the error that ended it, if one did; behind it nothing was executed
 */
public record Answer(long rows, Optional<ServerError> error) {}
