#include "metrics/registry.h"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <functional>
#include <mutex>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "base/check.h"
#include "metrics/percentile.h"

namespace edgevlm {
namespace {

using nlohmann::json;

// The common base of all types.
class Metric {
 public:
  virtual ~Metric() = default;
  virtual json ToJson() const = 0;
};

class OwnCounter final : public Counter, public Metric {
 public:
  explicit OwnCounter(prometheus::Counter& counter) : counter_(counter) {}
  void Add(double amount) override { counter_.Increment(amount); }
  double value() const override { return counter_.Value(); }
  json ToJson() const override { return value(); }

 private:
  prometheus::Counter& counter_;
};

class OwnGauge final : public Gauge, public Metric {
 public:
  explicit OwnGauge(prometheus::Gauge& gauge) : gauge_(gauge) {}
  void Set(double value) override { gauge_.Set(value); }
  void Add(double amount) override { gauge_.Increment(amount); }
  double value() const override { return gauge_.Value(); }
  json ToJson() const override { return value(); }

 private:
  prometheus::Gauge& gauge_;
};

class OwnDistribution final : public Distribution, public Metric {
 public:
  explicit OwnDistribution(prometheus::Histogram& histogram) : histogram_(histogram) {
    last_.reserve(kWindow);
  }

  void Observe(double value) override {
    histogram_.Observe(value);
    const std::lock_guard lock(mutex_);
    if (last_.size() < kWindow) {
      last_.push_back(value);
    } else {
      last_[count_ % kWindow] = value;
    }
    ++count_;
    sum_ += value;
  }

  json ToJson() const override {
    const std::lock_guard lock(mutex_);
    return {{"count", count_},
            {"sum", sum_},
            {"average", count_ == 0 ? 0.0 : sum_ / static_cast<double>(count_)},
            {"p50", Percentile(last_, 50)},
            {"p95", Percentile(last_, 95)},
            {"p99", Percentile(last_, 99)}};
  }

 private:
  prometheus::Histogram& histogram_;
  mutable std::mutex mutex_;
  std::vector<double> last_;  // a ring buffer
  std::size_t count_ = 0;     // of all values
  double sum_ = 0;
};

}  // namespace

struct Registry::State {
  using Series = std::map<Labels, std::unique_ptr<Metric>>;

  // The metric with this name and labels, created by `make` on the first call.
  template <class Own, class Make>
  Own& Find(const std::string& name, const Labels& labels, const Make& make) {
    const std::lock_guard lock(mutex);
    std::unique_ptr<Metric>& metric = metrics[name][labels];
    if (metric == nullptr) metric = std::make_unique<Own>(make());
    Own* own = dynamic_cast<Own*>(metric.get());
    CHECK(own != nullptr);
    return *own;
  }

  prometheus::Registry prometheus_registry{prometheus::Registry::InsertBehavior::Merge};
  mutable std::mutex mutex;
  std::map<std::string, Series> metrics;
};

Registry::Registry() : state_(std::make_unique<State>()) {}
Registry::~Registry() = default;

Counter& Registry::counter(const std::string& name, const std::string& help, const Labels& labels) {
  return state_->Find<OwnCounter>(name, labels, [&]() -> prometheus::Counter& {
    return prometheus::BuildCounter()
        .Name(name)
        .Help(help)
        .Register(state_->prometheus_registry)
        .Add(labels);
  });
}

Gauge& Registry::gauge(const std::string& name, const std::string& help, const Labels& labels) {
  return state_->Find<OwnGauge>(name, labels, [&]() -> prometheus::Gauge& {
    return prometheus::BuildGauge()
        .Name(name)
        .Help(help)
        .Register(state_->prometheus_registry)
        .Add(labels);
  });
}

Distribution& Registry::distribution(const std::string& name, const std::string& help,
                                     std::span<const double> buckets, const Labels& labels) {
  return state_->Find<OwnDistribution>(name, labels, [&]() -> prometheus::Histogram& {
    return prometheus::BuildHistogram()
        .Name(name)
        .Help(help)
        .Register(state_->prometheus_registry)
        .Add(labels, prometheus::Histogram::BucketBoundaries(buckets.begin(), buckets.end()));
  });
}

std::string Registry::PrometheusText() const {
  return prometheus::TextSerializer().Serialize(state_->prometheus_registry.Collect());
}

json Registry::Json() const {
  const std::lock_guard lock(state_->mutex);
  json all = json::object();
  for (const auto& [name, series] : state_->metrics) {
    for (const auto& [labels, metric] : series) {
      if (labels.empty()) {
        all[name] = metric->ToJson();
      } else {
        all[name].push_back({{"labels", labels}, {"value", metric->ToJson()}});
      }
    }
  }
  return all;
}

}  // namespace edgevlm
