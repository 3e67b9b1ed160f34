package dev.nightjar.upstream;

import java.time.InstantSource;

/** What all calls to one upstream share. */
record CallContext(
    Dialer dialer,
    Connections connections,
    RunningCalls running,
    Failures failures,
    Redirects redirects,
    InstantSource clock) {}
