package dev.nightjar.http;

import dev.nightjar.api.ApiLimits;
import dev.nightjar.api.files.PartUpload;
import dev.nightjar.api.files.Uploads;
import dev.nightjar.http.access.Projects;
import dev.nightjar.http.exchange.Answers;
import dev.nightjar.http.exchange.Endpoint;
import dev.nightjar.http.exchange.FileForm;
import dev.nightjar.http.exchange.JsonBody;
import dev.nightjar.http.exchange.Parameters;
import dev.nightjar.http.exchange.Transfers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import tools.jackson.databind.JsonNode;

/** {@code /v1/uploads}; OpenAI has no GET. */
record UploadRoutes(Uploads uploads, Transfers transfers) {
  void register(HttpRouting.Builder routing) {
    new Endpoint().post(this::create).register(routing, "/uploads");
    new Endpoint().get(this::retrieve).register(routing, "/uploads/{id}");
    new Endpoint().post(this::addPart).register(routing, "/uploads/{id}/parts");
    new Endpoint().post(this::complete).register(routing, "/uploads/{id}/complete");
    new Endpoint().post(this::cancel).register(routing, "/uploads/{id}/cancel");
  }

  private void create(ServerRequest request, ServerResponse response) throws IOException {
    JsonNode body = JsonBody.read(request, uploads.limits().jsonBytesMax(), transfers);
    Answers.send(request, response, UploadJson.of(uploads.create(Projects.of(request), body)));
  }

  private void retrieve(ServerRequest request, ServerResponse response) {
    Answers.send(
        request,
        response,
        UploadJson.of(uploads.get(Projects.of(request), Parameters.path(request, "id"))));
  }

  private void addPart(ServerRequest request, ServerResponse response) throws IOException {
    if (FileForm.isTooLarge(request, ApiLimits.PART_BYTES_MAX)) {
      throw PartUpload.tooLarge();
    }
    try (var open = transfers.file(request);
        PartUpload part = uploads.beginPart(Projects.of(request), Parameters.path(request, "id"))) {
      FileForm.read(request, "data", new FileForm.Sink(part, open::open));
      Answers.send(request, response, UploadJson.of(part.finish()));
    }
  }

  private void complete(ServerRequest request, ServerResponse response) throws IOException {
    JsonNode body = JsonBody.read(request, uploads.limits().jsonBytesMax(), transfers);
    String id = Parameters.path(request, "id");
    Answers.send(
        request, response, UploadJson.of(uploads.complete(Projects.of(request), id, body)));
  }

  /** Its body, if there is one, says nothing. */
  private void cancel(ServerRequest request, ServerResponse response) {
    Answers.send(
        request,
        response,
        UploadJson.of(uploads.cancel(Projects.of(request), Parameters.path(request, "id"))));
  }
}
