package dev.nightjar.http;

import dev.nightjar.api.files.FileUpload;
import dev.nightjar.api.files.Files;
import dev.nightjar.api.files.Files.Content;
import dev.nightjar.api.files.Files.Listing;
import dev.nightjar.file.StoredFile;
import dev.nightjar.http.access.Projects;
import dev.nightjar.http.exchange.Answers;
import dev.nightjar.http.exchange.Download;
import dev.nightjar.http.exchange.Endpoint;
import dev.nightjar.http.exchange.FileForm;
import dev.nightjar.http.exchange.Parameters;
import dev.nightjar.http.exchange.Transfers;
import io.helidon.webserver.http.HttpRouting;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;

/** {@code /v1/files}. */
record FileRoutes(Files files, Transfers transfers) {
  void register(HttpRouting.Builder routing) {
    new Endpoint().get(this::list).post(this::create).register(routing, "/files");
    new Endpoint().get(this::retrieve).delete(this::delete).register(routing, "/files/{id}");
    new Endpoint().get(this::content).register(routing, "/files/{id}/content");
  }

  private void create(ServerRequest request, ServerResponse response) throws IOException {
    if (FileForm.isTooLarge(request, files.limits().fileBytesMax())) {
      throw FileUpload.tooLarge(files.limits());
    }
    files.checkRoom(request.headers().contentLength().orElse(0));
    try (var open = transfers.file(request);
        FileUpload upload = files.begin(Projects.of(request))) {
      if (FileForm.isTooLarge(request, upload.room())) {
        throw upload.noRoom(request.headers().contentLength().orElse(0));
      }
      FileForm form = FileForm.read(request, "file", new FileForm.Sink(upload, open::open));
      StoredFile file =
          upload.finish(
              new FileUpload.Form(form.filename(), form.fields().get("purpose"), form.fields()));
      Answers.send(request, response, FileJson.of(file));
    }
  }

  private void list(ServerRequest request, ServerResponse response) {
    var listing =
        new Listing(
            Parameters.query(request, "purpose"),
            Parameters.query(request, "after"),
            Parameters.query(request, "limit"),
            Parameters.query(request, "order"));
    Answers.send(request, response, FileJson.page(files.list(Projects.of(request), listing)));
  }

  private void retrieve(ServerRequest request, ServerResponse response) {
    Answers.send(
        request,
        response,
        FileJson.of(files.get(Projects.of(request), Parameters.path(request, "id"))));
  }

  private void delete(ServerRequest request, ServerResponse response) {
    String id = Parameters.path(request, "id");
    files.delete(Projects.of(request), id);
    Answers.send(request, response, FileJson.deleted(id));
  }

  private void content(ServerRequest request, ServerResponse response) throws IOException {
    Content content = files.content(Projects.of(request), Parameters.path(request, "id"));
    try (var open = transfers.file(request);
        var reader = files.open(content)) {
      open.open();
      StoredFile file = content.file();
      new Download(request, response, transfers, file.filename()).send(file.id().value(), reader);
    }
  }
}
