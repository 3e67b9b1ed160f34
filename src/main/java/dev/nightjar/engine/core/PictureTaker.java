package dev.nightjar.engine.core;

import dev.nightjar.engine.message.EngineFigures;
import dev.nightjar.engine.message.Live;
import dev.nightjar.engine.message.Picture;
import dev.nightjar.engine.message.Picture.Route;
import java.util.HashMap;
import java.util.Map;

/** Tells of all that the engine has what is to be seen of it. Engine thread only. */
record PictureTaker(
    ActiveBatches batches,
    Validations validations,
    Lanes lanes,
    Claims claims,
    Dispatch dispatch,
    WaitReasons waits) {

  Picture take() {
    return new Picture(
        running(),
        validations.notable(),
        new Picture.Waiting(waiting(), ill(), validations.waiting()),
        figures());
  }

  private Map<Long, Live> running() {
    var running = new HashMap<Long, Live>();
    for (ActiveBatch batch : batches.notable()) {
      running.put(batch.id(), batch.live(waits.reason(batch, batches, lanes, claims, dispatch)));
    }
    return running;
  }

  private Map<String, String> waiting() {
    var byModel = new HashMap<String, String>();
    for (ModelQueue home : lanes.all()) {
      if (!home.window.isAbandoned()) {
        byModel.put(home.model, waits.ofResting(home, lanes, claims, dispatch));
      }
    }
    return byModel;
  }

  private Map<Route, String> ill() {
    var byRoute = new HashMap<Route, String>();
    for (ModelQueue home : lanes.all()) {
      for (Lane lane : home.lanes) {
        for (String url : lane.urls()) {
          String reason = waits.ofRoute(home, url, lanes);
          if (reason != null) {
            byRoute.put(new Route(home.model, url), reason);
          }
        }
      }
    }
    return byRoute;
  }

  private EngineFigures figures() {
    return new EngineFigures(
        lanes.figures(),
        lanes.linesWaiting(),
        dispatch.requestBytes(),
        dispatch.unappendedBytes(),
        claims.unsealedBytes(),
        claims.openChunks(),
        validations.figures(),
        dispatch.done(),
        waits.ofAll());
  }
}
