// Registry: the metrics of a running program, by name and labels.
//
// Prometheus' metric types: counters only grow, gauges are set, distributions (its histograms)
// count values in buckets. (https://prometheus.io/docs/concepts/metric_types/)
#pragma once

#include <map>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>

namespace edgevlm {

using Labels = std::map<std::string, std::string>;

// Threads: any.
class Counter {
 public:
  virtual ~Counter() = default;
  void Add() { Add(1); }
  virtual void Add(double amount) = 0;  // REQUIRES: amount >= 0
  virtual double value() const = 0;
};

class Gauge {
 public:
  virtual ~Gauge() = default;
  virtual void Set(double value) = 0;
  virtual void Add(double amount) = 0;
  virtual double value() const = 0;
};

// Counts all values in buckets and keeps the last kWindow values for exact percentiles.
class Distribution {
 public:
  static constexpr std::size_t kWindow = 1024;

  virtual ~Distribution() = default;
  virtual void Observe(double value) = 0;
};

// Owns the metrics it returns; the same name and labels return the same object. Threads: any. Cost:
// a lookup under a lock.
class Registry {
 public:
  Registry();
  ~Registry();

  // name: [a-z_]+, as in Prometheus; help: one line. REQUIRES: a name is used for one type only.
  Counter& counter(const std::string& name, const std::string& help, const Labels& labels = {});
  Gauge& gauge(const std::string& name, const std::string& help, const Labels& labels = {});
  // buckets: their upper bounds, increasing.
  Distribution& distribution(const std::string& name, const std::string& help,
                             std::span<const double> buckets, const Labels& labels = {});

  // Prometheus' text format, version 0.0.4.
  std::string PrometheusText() const;

  // One object: name -> value, or a list of {"labels": {...}, "value": ...} for metrics with
  // labels. A distribution's value is {"count", "sum", "average", "p50", "p95", "p99"}, with
  // percentiles of the last kWindow values.
  nlohmann::json Json() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace edgevlm
