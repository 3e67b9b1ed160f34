/** A real server in this process, before a simulated or a scripted upstream. */
@NullMarked
package dev.nightjar.server;

import org.jspecify.annotations.NullMarked;
