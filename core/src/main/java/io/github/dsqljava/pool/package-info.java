/**
 * The interface between a program and a pool of connections: its settings ({@link
 * io.github.dsqljava.pool.PoolPolicy}, {@link io.github.dsqljava.pool.ConnectRate}), its figures
 * ({@link io.github.dsqljava.pool.PoolStats}) and its events ({@link
 * io.github.dsqljava.pool.PoolListener}).
 */
@NullMarked
package io.github.dsqljava.pool;

import org.jspecify.annotations.NullMarked;
