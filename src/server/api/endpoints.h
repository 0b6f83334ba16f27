// The handlers of the endpoints; routes.cc has the table.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edgevlm/probe.h"
#include "server/http/message.h"
#include "server/http/response_writer.h"
#include "server/reply_fields.h"
#include "server/server_context.h"

namespace edgevlm {

// image_task.cc
void StartCaption(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer);
void StartVqa(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer);

// openai.cc
void StartChatCompletion(ServerContext& context, Request request,
                         std::shared_ptr<ResponseWriter> writer);
Response ListModels(ServerContext& context, const Request& request);
Response ShowModel(ServerContext& context, const Request& request);
Response ShowProperties(ServerContext& context, const Request& request);

// completions.cc
void StartCompletion(ServerContext& context, Request request,
                     std::shared_ptr<ResponseWriter> writer);

// responses.cc
void StartResponse(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer);
Response CountResponseTokens(ServerContext& context, const Request& request);
Response ShowResponse(ServerContext& context, const Request& request);
Response DeleteResponse(ServerContext& context, const Request& request);

// anthropic.cc
void StartMessage(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer);
Response CountMessageTokens(ServerContext& context, const Request& request);

// embeddings.cc
void StartEmbeddings(ServerContext& context, Request request,
                     std::shared_ptr<ResponseWriter> writer);
void StartOllamaEmbed(ServerContext& context, Request request,
                      std::shared_ptr<ResponseWriter> writer);
void StartOllamaEmbedding(ServerContext& context, Request request,
                          std::shared_ptr<ResponseWriter> writer);

// transcriptions.cc
void StartTranscription(ServerContext& context, Request request,
                        std::shared_ptr<ResponseWriter> writer);
void StartTranslation(ServerContext& context, Request request,
                      std::shared_ptr<ResponseWriter> writer);

// ollama.cc, ollama_models.cc
void StartOllamaGenerate(ServerContext& context, Request request,
                         std::shared_ptr<ResponseWriter> writer);
void StartOllamaChat(ServerContext& context, Request request,
                     std::shared_ptr<ResponseWriter> writer);
Response OllamaTags(ServerContext& context, const Request& request);
Response OllamaShow(ServerContext& context, const Request& request);
Response OllamaRunning(ServerContext& context, const Request& request);
Response OllamaPull(ServerContext& context, const Request& request);
Response OllamaCopy(ServerContext& context, const Request& request);
Response OllamaDelete(ServerContext& context, const Request& request);
Response OllamaCreate(ServerContext& context, const Request& request);
Response OllamaVersion(ServerContext& context, const Request& request);

// mcp.cc
void StartMcp(ServerContext& context, Request request, std::shared_ptr<ResponseWriter> writer);

// health.cc
Response ShowHealth(ServerContext& context, const Request& request);
Response ShowLive(ServerContext& context, const Request& request);
Response ShowReady(ServerContext& context, const Request& request);

// benchmark.cc
void StartBenchmark(ServerContext& context, Request request,
                    std::shared_ptr<ResponseWriter> writer);

// text_tools.cc
Response Tokenize(ServerContext& context, const Request& request);
Response CountInputTokens(ServerContext& context, const Request& request);

// stats.cc
Response ClearCache(ServerContext& context, const Request& request);
Response ShowMetrics(ServerContext& context, const Request& request);
Response ShowPrometheus(ServerContext& context, const Request& request);

// profile.cc
Response ShowProfile(ServerContext& context, const Request& request);

// pages.cc
Response ShowRoot(ServerContext& context, const Request& request);
Response ShowDocs(ServerContext& context, const Request& request);
Response ShowOpenApi(ServerContext& context, const Request& request);
Response ShowPageFile(ServerContext& context, const Request& request);
// The response without a valid key. Browsers get a page that asks for it and reveals nothing about
// the server.
Response UnauthorizedResponse(const Request& head, const ApiError& error);

// The metadata of a reply to a new request. prefix: of its id.
ReplyMetadata MakeReplyMetadata(ServerContext& context, const char* prefix,
                                std::vector<ImageSummary> images);

}  // namespace edgevlm
