/** What is between the socket and a request: limits of what clients may make the server hold. */
@NullMarked
package dev.nightjar.http.connection;

import org.jspecify.annotations.NullMarked;
