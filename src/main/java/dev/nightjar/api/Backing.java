package dev.nightjar.api;

import dev.nightjar.engine.Ids;
import dev.nightjar.store.MetaStore;
import dev.nightjar.store.ObjectStore;
import java.time.InstantSource;

/** What files and batches are kept in, named by and stamped with. */
public record Backing(MetaStore meta, ObjectStore objects, Ids ids, InstantSource clock) {}
