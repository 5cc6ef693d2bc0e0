package qcc

import "time"

// Quota is a company's quota as the service states it.
type Quota struct {
	// Modules holds the quota modules by id. Callers must not change the map, because reads share it. It is nil or empty if the service
	// lists no module. If a module is not listed, it is not known whether it was bought.
	Modules map[string]Module
	// NoRecord is true if the service has no quota record for the key (status 201).
	NoRecord bool
	// Skew is how far the service's clock is ahead of this machine's (negative: behind). It is 0 unless the service accepted the
	// signature only with its own time.
	Skew time.Duration
}

// Module is the quota of one QCC product. A count is nil if the service did not state it, or if it is unusable.
//
// Source: interface document, section 6.2.1, "返回参数".
type Module struct {
	// Name is the Chinese product name of the interface document. If the document has none, it is the module id.
	Name string
	// Total is totalCount (模块总额度).
	Total *int64
	// Consumed is consumedCount (模块消耗额度).
	Consumed *int64
	// Deletable is canDeletedCount (模块可删除额度): how many deletions are allowed. It is no part of Remaining.
	Deletable *int64
	// Remaining is Total - Consumed. It may be negative. It is nil if either count is nil.
	Remaining *int64
	// Unusable lists what the service stated in place of a count, in the order of the fields above.
	Unusable []UnusableCount
}

// The names of the counts in the interface document.
const (
	TotalCount     = "totalCount"
	ConsumedCount  = "consumedCount"
	DeletableCount = "canDeletedCount"
)

// UnusableCount is a value in place of a count that is no whole number from 0 to 2^63-1.
type UnusableCount struct {
	// Field is TotalCount, ConsumedCount or DeletableCount.
	Field string
	// Stated is the value, with quotes if it is a string; zero if the service stated the count twice.
	Stated SafeText
}

// moduleName returns the product name of the interface document (section 6.2.1). If the document has none, it returns the id.
func moduleName(id string) string {
	switch id {
	case "radar_id":
		return "风险监控-企业"
	case "bene_id":
		return "股权穿透"
	case "natural_person_id":
		return "自然人核验"
	default:
		return id
	}
}

// IsDocumentedModule reports whether the interface document names a module id (section 6.2.1).
func IsDocumentedModule(id string) bool { return moduleName(id) != id }
