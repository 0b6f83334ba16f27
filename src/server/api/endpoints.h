// What answers the requests, one function per endpoint; the table is in routes.cc.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "edgevlm/probe.h"
#include "server/http/exchange.h"
#include "server/http/message.h"
#include "server/reply_fields.h"
#include "server/site.h"

namespace edgevlm {

// image_task.cc
void StartCaption(Site& site, Request request, std::shared_ptr<Exchange> exchange);
void StartVqa(Site& site, Request request, std::shared_ptr<Exchange> exchange);

// openai.cc
void StartChatCompletion(Site& site, Request request, std::shared_ptr<Exchange> exchange);
Response ListModels(Site& site, const Request& request);
Response ShowModel(Site& site, const Request& request);
Response ShowProperties(Site& site, const Request& request);

// ollama.cc, ollama_models.cc
void StartOllamaGenerate(Site& site, Request request, std::shared_ptr<Exchange> exchange);
void StartOllamaChat(Site& site, Request request, std::shared_ptr<Exchange> exchange);
Response OllamaTags(Site& site, const Request& request);
Response OllamaShow(Site& site, const Request& request);
Response OllamaRunning(Site& site, const Request& request);
Response OllamaVersion(Site& site, const Request& request);

// health.cc
Response ShowHealth(Site& site, const Request& request);
Response ShowLive(Site& site, const Request& request);
Response ShowReady(Site& site, const Request& request);

// benchmark.cc
void StartBenchmark(Site& site, Request request, std::shared_ptr<Exchange> exchange);

// text_tools.cc
Response Tokenize(Site& site, const Request& request);
Response CountInputTokens(Site& site, const Request& request);

// figures.cc
Response ClearCache(Site& site, const Request& request);
Response ShowMetrics(Site& site, const Request& request);
Response ShowPrometheus(Site& site, const Request& request);

// pages.cc
Response ShowRoot(Site& site, const Request& request);
Response ShowDocs(Site& site, const Request& request);
Response ShowOpenApi(Site& site, const Request& request);
Response ShowPageFile(Site& site, const Request& request);
// To who has no key. Browsers get a page that asks for it, and that knows nothing of this server.
Response LockedAnswer(const Request& head, const ApiError& error);

// What all replies know of themselves. prefix: of the id.
ReplyFacts FactsFor(Site& site, const char* prefix, std::vector<ShownImage> images);

}  // namespace edgevlm
