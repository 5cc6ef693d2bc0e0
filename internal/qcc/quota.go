package qcc

import "time"

// Quota is what the service knows of a company's quota.
type Quota struct {
	// Modules by module id. Reads share the map, so it must not be changed. It is nil or empty if the service lists no
	// module. A module that is not listed is not known to be bought.
	Modules map[string]Module
	// NoRecord is true if the service said that it has no quota record for the key (status 201).
	NoRecord bool
	// Skew is how far the service's clock is ahead of this machine's (negative: behind), if the service took the signature only with
	// the time of its own clock; else 0.
	Skew time.Duration
}

// Module is one product's quota. A nil count was not stated by the service.
//
// Source: interface document, section 6.2.1, "返回参数".
type Module struct {
	// Name is the Chinese product name of the interface document, or the module id if the document has none.
	Name string
	// Total is totalCount (模块总额度).
	Total *int64
	// Consumed is consumedCount (模块消耗额度).
	Consumed *int64
	// Deletable is canDeletedCount (模块可删除额度): an allowance of deletions, which is no part of Remaining.
	Deletable *int64
	// Remaining is Total - Consumed. It may be negative, and is nil if either count is.
	Remaining *int64
}

// moduleName returns the product name of the interface document (section 6.2.1), or the id if the document has none.
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
