#include "server/api/endpoints.h"
#include "server/route.h"

namespace edgevlm {
namespace {

constexpr Route kRoutes[] = {
    {.method = "GET", .path = "/", .respond = ShowRoot},
    {.method = "GET", .path = "/docs", .respond = ShowDocs},
    {.method = "GET", .path = "/openapi.json", .respond = ShowOpenApi},
    // Public: part of the binary, the same on every server.
    {.method = "GET", .path = "/page/*", .respond = ShowPageFile, .needs_key = false},
    {.method = "GET", .path = "/health", .respond = ShowHealth, .needs_key = false},
    {.method = "GET", .path = "/health/live", .respond = ShowLive, .needs_key = false},
    {.method = "GET", .path = "/health/ready", .respond = ShowReady, .needs_key = false},
    {.method = "GET", .path = "/readyz", .respond = ShowReady, .needs_key = false},
    {.method = "GET", .path = "/metrics", .respond = ShowMetrics},
    {.method = "GET", .path = "/metrics/prometheus", .respond = ShowPrometheus},
    {.method = "GET", .path = "/profile", .respond = ShowProfile},
    {.method = "POST", .path = "/clear-cache", .respond = ClearCache, .takes_body = true},
    {.method = "POST", .path = "/caption", .start = StartCaption, .takes_body = true},
    {.method = "POST", .path = "/vqa", .start = StartVqa, .takes_body = true},
    {.method = "POST", .path = "/query", .start = StartVqa, .takes_body = true},
    {.method = "POST",
     .path = "/v1/chat/completions",
     .start = StartChatCompletion,
     .takes_body = true},
    {.method = "POST",
     .path = "/v1/chat/completions/input_tokens",
     .respond = CountInputTokens,
     .takes_body = true},
    {.method = "POST", .path = "/v1/completions", .start = StartCompletion, .takes_body = true},
    {.method = "POST", .path = "/v1/responses", .start = StartResponse, .takes_body = true},
    {.method = "POST",
     .path = "/v1/responses/input_tokens",
     .respond = CountResponseTokens,
     .takes_body = true},
    {.method = "GET", .path = "/v1/responses/*", .respond = ShowResponse},
    {.method = "DELETE", .path = "/v1/responses/*", .respond = DeleteResponse},
    {.method = "POST", .path = "/v1/messages", .start = StartMessage, .takes_body = true},
    {.method = "POST",
     .path = "/v1/messages/count_tokens",
     .respond = CountMessageTokens,
     .takes_body = true},
    {.method = "POST", .path = "/v1/embeddings", .respond = RejectEmbeddings, .takes_body = true},
    {.method = "POST", .path = "/api/embed", .respond = RejectEmbeddings, .takes_body = true},
    {.method = "POST", .path = "/tokenize", .respond = Tokenize, .takes_body = true},
    {.method = "POST", .path = "/benchmark", .start = StartBenchmark, .takes_body = true},
    {.method = "GET", .path = "/v1/models", .respond = ListModels},
    {.method = "GET", .path = "/v1/models/*", .respond = ShowModel},
    {.method = "GET", .path = "/props", .respond = ShowProperties},
    {.method = "POST", .path = "/api/generate", .start = StartOllamaGenerate, .takes_body = true},
    {.method = "POST", .path = "/api/chat", .start = StartOllamaChat, .takes_body = true},
    {.method = "GET", .path = "/api/tags", .respond = OllamaTags},
    {.method = "POST", .path = "/api/show", .respond = OllamaShow, .takes_body = true},
    {.method = "GET", .path = "/api/ps", .respond = OllamaRunning},
    {.method = "POST", .path = "/api/pull", .respond = OllamaPull, .takes_body = true},
    {.method = "GET", .path = "/api/version", .respond = OllamaVersion},
};

}  // namespace

std::span<const Route> Routes() { return kRoutes; }

}  // namespace edgevlm
