"""Writes sampler.json, to which a TypeScript test holds the schedulers."""

import json, torch
from mini.diffusion import sample_ddim, SCHEDULER_CONFIG, LEVELS
noise = torch.randn(64, generator=torch.Generator().manual_seed(3))
predict = lambda x, t: torch.sin(x * 1.7 + t / 300) * 0.8 - 0.3 * x
rows=[{"steps":s,"start":a,"result":sample_ddim(predict,noise.clone(),s,a).tolist()} for s,a in ((8,0),(6,0),(8,3),(25,0))]
json.dump({"config":SCHEDULER_CONFIG,"levels":[LEVELS[i].item() for i in (0,1,499,998,999)],"noise":noise.tolist(),"runs":rows},open('tests/sampler.json','w'),separators=(',',':'))
