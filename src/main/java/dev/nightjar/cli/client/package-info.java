/** How commands talk to a server. */
@NullMarked
package dev.nightjar.cli.client;

import org.jspecify.annotations.NullMarked;
